# bash completion for sidescope
_sidescope() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    case $before in
    --theme) COMPREPLY=($(compgen -W "dark light safe" -- "$word")) && return ;;
    --pprof | --seconds) return ;;
    esac
    local options="--pprof --theme --no-color --ascii --no-mouse --help --version"
    local pids=""
    if [ "${COMP_WORDS[1]}" = triage ]; then
        options="--json --pprof --seconds --quick --help"
    else
        [ "$COMP_CWORD" -eq 1 ] && options="triage $options"
    fi
    pids=$(pgrep -x sidecar 2>/dev/null)
    COMPREPLY=($(compgen -W "$options $pids" -- "$word"))
}
complete -F _sidescope sidescope
