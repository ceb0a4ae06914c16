#!/usr/bin/env bash
# Holds what bench/kernel/run.sh measured against upstream's kernel (baseline.txt).
# usage: bench/kernel/compare.sh --check | --list | --table | --verdict MEASURED
#   --check   fails when a row is above upstream's and not in accepted.txt, or in it without need
#   --list    the rows that upstream has, the worst first
#   --table   all rows as the table of docs/numbers.md
#   --verdict where we stand, in a sentence
# MEASURED has lines "kernel.BUILD.ROW VALUE UNIT"; others are passed over.
#
# The m.isr rows pass through the benchmark's own interrupt function. What it costs until it reaches the kernel's
# (m.isr_entry) depends on how it is written, so it is taken off both sides.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
measured=$2

# "kernel.BUILD.ROW OURS UPSTREAM UNIT" in the order measured; "-" where upstream's is not known.
rows() {
  awk 'FNR == NR { if ($1 !~ /^#/ && NF == 5) { base["o2." $1] = $2; base["os." $1] = $3; base["checked." $1] = $4 } next }
       $1 ~ /^kernel[.]/ { name = substr($1, 8); names[++count] = name; ours[name] = $2; unit[name] = $3 }
       END {
         for (i = 1; i <= count; i++) {
           name = names[i]
           build = name
           sub(/[.].*/, "", build)
           value = ours[name]
           theirs = (name in base) ? base[name] : "-"
           if (name ~ /[.]m[.]isr_(empty|entry)$/) continue
           if (name ~ /[.]m[.]isr_/) {
             value -= ours[build ".m.isr_entry"]
             if (theirs != "-") theirs -= base[build ".m.isr_entry"]
           }
           number = unit[name] == "bytes" ? "%d" : "%.1f"
           printf "kernel.%s " number " %s %s\n", name, value, theirs == "-" ? "-" : sprintf(number, theirs), unit[name]
         }
       }' "$here/baseline.txt" "$measured"
}

list() {
  rows | awk '$3 != "-" { printf "%6.3f  %-36s %9s %9s %s\n", $2 / $3, $1, $2, $3, $4 }' | sort -k1,1nr -s
}

problems() {
  rows | awk -v accepted="$here/accepted.txt" '
    BEGIN { while ((getline line < accepted) > 0) if (split(line, word, " ") > 1 && line !~ /^#/) reason[word[1]] = 1 }
    { if ($1 in reason) seen[$1] = 1; above = $3 != "-" && $2 + 0 > $3 + 0 }
    above && !($1 in reason) { print $1 ": " $2 " " $4 ", upstream " $3 }
    !above && $1 in reason { print $1 ": " $2 " is not above upstream: take it out of accepted.txt" }
    END { for (name in reason) if (!(name in seen)) print name ": in accepted.txt, but not measured" }'
}

check() {
  local found
  found=$(problems)
  if [ -n "$found" ]; then
    echo "$found" >&2
    return 1
  fi
  echo "No row of the kernel is above upstream's, apart from those accepted."
}

verdict() {
  list | awk '
    { ratio[NR] = $1; row[NR] = $2; if ($1 > 1) above++ }
    END {
      printf "Of %d figures that upstream has too, %d are above upstream'"'"'s; the median is %.2f of it, ", NR, above, ratio[int((NR + 1) / 2)]
      printf "the nearest %s (%.2f).\n", row[1], ratio[1]
    }'
}

table() {
  echo "| Row | Unit | lean -O2 | upstream | lean -Os | upstream | checked -O2 | upstream |"
  echo "|---|---|---:|---:|---:|---:|---:|---:|"
  rows | awk '
    { name = substr($1, 8); build = name; sub(/[.].*/, "", build); row = substr(name, length(build) + 2) }
    !(row in unit) { unit[row] = $4; order[++count] = row }
    { cell[row, build] = ($3 != "-" && $2 + 0 > $3 + 0 ? "**" $2 "**" : $2) " | " $3 }
    END {
      for (i = 1; i <= count; i++) {
        row = order[i]
        printf "| %s | %s | %s | %s | %s |\n", row, unit[row], cell[row, "o2"], cell[row, "os"], cell[row, "checked"]
      }
    }'
}

case $1 in
--check) check ;;
--list) list ;;
--table) table ;;
--verdict) verdict ;;
*) exit 2 ;;
esac
