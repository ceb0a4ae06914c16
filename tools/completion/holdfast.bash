# Completion of the holdfast command for bash. Commands and options come from its own help, so they cannot go stale.

_holdfast_commands() { # group, or nothing for the groups
  holdfast --help 2>/dev/null | awk -v group="$1" '/^  [a-z]+ +[a-z]+ / { if (group == "") print $1; else if ($1 == group) print $2 }' | sort -u
}

_holdfast_names() { # key or device
  holdfast "$1" list --json 2>/dev/null | sed -n 's/.*"name":[[:space:]]*"\([^"]*\)".*/\1/p'
}

_holdfast_things() { # with a certificate
  holdfast ca list --json 2>/dev/null | sed -n 's/.*"thing":[[:space:]]*"\([^"]*\)".*/\1/p' | sort -u
}

_holdfast() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local group=${COMP_WORDS[1]} command=${COMP_WORDS[2]}
  COMPREPLY=()
  case $COMP_CWORD in
  1) mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_commands "")" -- "$current"); return ;;
  2) mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_commands "$group")" -- "$current"); return ;;
  esac
  case $previous in
  --key | --authority | --root-key | --trust-key) mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_names key)" -- "$current"); return ;;
  --device) mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_names device)" -- "$current"); return ;;
  --lifecycle) mapfile -t COMPREPLY < <(compgen -W "factory secured" -- "$current"); return ;;
  --policy) mapfile -t COMPREPLY < <(compgen -W "both p256 lms" -- "$current"); return ;;
  --kind) mapfile -t COMPREPLY < <(compgen -W "firmware loader" -- "$current"); return ;;
  --keys | --devices | --ca) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
  esac
  if [[ $current == -* ]]; then
    local options
    options=$(holdfast "$group" "$command" --help 2>/dev/null | grep -o -- '^  --[a-z0-9-]*')
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ $COMP_CWORD == 3 && $group == ca && $command == revoke ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_things)" -- "$current")
  elif [[ $COMP_CWORD == 3 && $group == ca && ($command == new || $command == show) ]]; then
    mapfile -t COMPREPLY < <(compgen -W "device server" -- "$current")
  elif [[ $COMP_CWORD == 3 && ($group == key || $group == device || $group == otp) && $command != new ]]; then
    local kind=device
    [[ $group == key ]] && kind=key
    mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_names "$kind")" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _holdfast holdfast
