#!/bin/sh
# Makes the Python environment that the package `reference` runs in, outside the repository.
# The project's tests never need it: they read the files that it has written.
#
#   sh testing/golden/setup.sh [FOLDER]     (default: galen-golden in the temporary folder)
#
# PyPI's torch for Linux brings CUDA libraries that nothing here uses; where an index with CPU wheels is at hand,
# name it in PIP_EXTRA_INDEX_URL.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-${TMPDIR:-/tmp}/galen-golden}

[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet torch==2.15.0 sentence-transformers==6.2.0 transformers==5.23.0 safetensors==0.8.0
echo "ready: cd $here && $folder/bin/python -m reference"
