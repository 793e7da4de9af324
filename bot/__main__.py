"""`python -m bot` is `chemoline`: where only the lock is installed there is no console script."""

from bot.cli import main

if __name__ == "__main__":
    main()
