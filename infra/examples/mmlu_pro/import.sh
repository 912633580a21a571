#!/usr/bin/env bash
# Import the authors' recorded MMLU-Pro outputs of six models and publish their taxes.
#   import.sh OUTPUTS FOLDER [predictions|texts]
# OUTPUTS holds the authors' model_outputs_*.zip; FOLDER is where the warehouse and the report go.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
outputs=$(cd "$1" && pwd)
folder=$2
what=${3:-predictions}

mkdir -p "$folder"
ln -sfn "$outputs" "$folder/outputs"
cp "$here/aligntax.yaml" "$folder/aligntax.yaml"
case $what in
  predictions) how=(--extracted --map response=pred --scorer letter) ;;  # the letters the authors extracted
  texts) how=() ;;                                                       # the answers, read by our scorer
  *) echo "error: expected predictions or texts, found $what" >&2; exit 2 ;;
esac
while read -r model file; do
  recorded="$outputs/model_outputs_${file}_5shots.zip"
  # The files come from two editions of the benchmark that differ in 14 questions, so each is scored against its own items.
  aligntax import responses "$recorded" --items "$recorded" --benchmark mmlu_pro --model "$model" \
    --config "$folder/aligntax.yaml" --no-publish "${how[@]}"
done <<'FILES'
mistral-7b-v0.1 Mistral-7B-v0.1
mistral-7b-instruct-v0.1 Mistral-7B-Instruct-v0.1
mistral-7b-v0.2 Mistral-7B-v0.2-hf
mistral-7b-instruct-v0.2 Mistral-7B-Instruct-v0.2
llama-3.1-8b Meta-Llama-3_1-8B
llama-3.1-8b-instruct Meta-Llama-3_1-8B-Instruct
FILES
aligntax publish --config "$folder/aligntax.yaml"
