#!/bin/sh
# Builds the shop's tests and runs them; leaves nothing in the repository.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
rustc --edition 2021 --test -A warnings -o "$folder/cart" src/cart.rs
"$folder/cart" 2>/dev/null | grep -E '^test '
