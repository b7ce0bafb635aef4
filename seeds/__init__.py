"""The starter library: articles in our own words about real events, and a test set over them. Data only."""
