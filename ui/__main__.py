"""`python -m ui` is `qa` without an installation."""

from ui.cli import main

if __name__ == "__main__":
    main()
