#!/usr/bin/env bash
# The demo: a key, a sample landing zone, one run, and where to look afterwards.
# Usage: BIN=.venv/bin tools/demo.sh FOLDER STUDIES SEED
set -euo pipefail
folder=$1 studies=$2 seed=$3
deidp=${BIN:?}/deidp

rm -rf -- "$folder"
"$deidp" init "$folder"
"$deidp" synth "$folder/landing" --studies "$studies" --seed "$seed"

# 3 is the expected end: the sample holds files that must not pass (see README, "Exit codes").
code=0
"$deidp" run "$folder/landing" --release "$folder/release" --vault "$folder/vault" --key-file "$folder/deid.key" || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit "$code"

echo
echo "Report (no PHI):         $folder/release/report/index.html"
echo "Before/after (vault!):   $folder/vault/report/index.html"
echo "What was planted:        $folder/landing_answers.json"
echo "Every file's fate:       $deidp files --vault $folder/vault"
