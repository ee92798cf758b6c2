"""`python -m parc` does what the `parc` command does."""

from parc.cli import main

if __name__ == "__main__":
    main()
