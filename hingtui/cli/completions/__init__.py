"""What makes a shell complete the arguments, made from the parser.

bash, fish, zsh  the script of one shell each
parser_words     every command, option and value that the parser knows
run              the command `completions`; names of gateways and watched ids at each Tab
"""
