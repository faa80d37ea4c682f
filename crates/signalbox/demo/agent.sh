#!/bin/sh
# The demo's agent: a script in the place of a coding agent. It reads the brief, looks where the brief points, mends what
# it finds there and runs the tests. No model is asked.
set -eu
file=$(grep -o 'src/[a-z_]*\.rs' | head -n 1)
if [ -z "$file" ]; then
    echo 'the brief points at no file of the shop: nothing to mend'
    exit 0
fi
echo "the brief points at $file"
sed -i 's|prices.iter().sum::<u64>() / prices.len() as u64|prices.iter().sum::<u64>().checked_div(prices.len() as u64).unwrap_or(0)|' "$file"
echo 'an empty cart has no average: checked_div, and 0 where there is nothing'
sh test.sh
