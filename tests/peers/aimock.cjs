// Start aimock (npm: @copilotkit/aimock) and create videos there: `node aimock.cjs PACKAGE PORT PLAN`.
// PLAN is a JSON file: {"videos": [{id, url}], "grok": [{prompt, url, cost}], "jobs": [{prompt, file, cost}]}.
// It prints the ids of grok and jobs as one line of JSON. The videos are of OpenAI's API, grok is xAI's at
// the same paths (/v1/videos/ID), the jobs are of OpenRouter's (/api/v1/videos/ID). Each video is finished
// after some seconds, the others after some polls.
const { readFileSync } = require("node:fs");
const [, , module_, port, plan_] = process.argv;
const { LLMock } = require(module_);
const plan = JSON.parse(readFileSync(plan_, "utf8"));
const polls = { pollsBeforeInProgress: 2, pollsBeforeCompleted: 8 };
const mock = new LLMock({ port: Number(port), openRouterVideo: polls, grokVideo: polls, logLevel: "warn" });

const post = async (path, model, prompt) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { authorization: "Bearer any", "content-type": "application/json" },
    body: JSON.stringify({ model, prompt }),
  });
  return response.json();
};

(async () => {
  await mock.start();
  plan.videos.forEach(({ id, url }, number) => {
    mock.onVideo(`begin ${number}.`, { video: { id, status: "processing" } });
    mock.onVideo(`end ${number}.`, { video: { id, status: "completed", url } });
  });
  for (const number of plan.videos.keys()) {
    await post("/v1/videos", "sora-2", `begin ${number}.`);
    setTimeout(() => post("/v1/videos", "sora-2", `end ${number}.`), 15_000 * (number + 1));
  }
  const grok = [];
  for (const { prompt, url, cost } of plan.grok) {
    mock.onVideo(prompt, { video: { id: prompt, status: "completed", url, cost } });
    grok.push((await post("/v1/videos/generations", "grok-imagine-video-1.5", prompt)).request_id);
  }
  const jobs = [];
  for (const { prompt, file, cost } of plan.jobs) {
    const b64 = readFileSync(file).toString("base64");
    mock.onVideo(prompt, { video: { id: prompt, status: "completed", b64, cost } });
    jobs.push((await post("/api/v1/videos", "bytedance/seedance-2.5", prompt)).id);
  }
  console.log(JSON.stringify({ grok, jobs }));
})();
