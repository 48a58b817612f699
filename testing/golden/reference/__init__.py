"""Writes the golden files of packages/core with the reference libraries: torch, transformers, sentence-transformers.

    cd testing/golden
    python -m reference                       everything that is committed here
    python -m reference bert-masked-lm …      only these rows of rows.py
    python -m reference random FOLDER [SEED]  models of random sizes, for `npm run golden -- FOLDER`

setup.sh makes the environment. Arrays of floats are base64 of little-endian float32.
"""
