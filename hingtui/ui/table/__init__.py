"""The table of videos: columns, cells, order and filter."""
