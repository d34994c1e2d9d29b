"""What runs of the roster replaced: kept row by row, put back on request, and told on the page of a person."""
