"""Articles from the web, through one door: whatever connects to another machine does so by `fetching.fetch`."""
