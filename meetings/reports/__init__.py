"""The report to funders: figures with their meaning and their rows, charts, for any clusters and days."""
