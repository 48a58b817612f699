"""See __init__.py."""

import random
import sys
from pathlib import Path

import torch

from . import minilm, tiny_bert
from .files import HERE
from .golden import write_row
from .random_rows import random_rows
from .rows import ROWS

MODELS = HERE / "models"


def main(arguments):
    torch.set_num_threads(1)
    if arguments[:1] == ["random"]:
        folder, seed = Path(arguments[1]), arguments[2] if len(arguments) > 2 else "1"
        for row in random_rows(random.Random(seed)):
            write_row(row, folder)
        return
    if not arguments:
        minilm.write()
        tiny_bert.write()
    for row in ROWS:
        if not arguments or row.name in arguments:
            write_row(row, MODELS)


main(sys.argv[1:])
