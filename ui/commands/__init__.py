"""The commands of `qa`, one file a group; each imports what it needs only when it runs, so that help comes at once."""
