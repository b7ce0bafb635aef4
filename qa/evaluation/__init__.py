"""Evaluation: test sets, metrics, and runs that score an Assistant on them."""
