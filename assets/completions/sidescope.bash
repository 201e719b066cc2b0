# bash completion for sidescope. Commands and options are what the program's own help lists, so
# they are never older than it; here are only the values that an option takes.
_sidescope_commands() {
    sidescope --help 2>/dev/null | sed -nE 's/^  ([a-z]+) +[^ ].*  +[^ ].*$/\1/p'
}

# Options of a command, or of the dashboard.
_sidescope_options() {
    { sidescope "${1:-dashboard}" --help && sidescope "${1:-dashboard}" --help-all; } 2>/dev/null |
        sed -nE 's/^ +(-[A-Za-z], )?(--?[a-z][a-z_-]+).*$/\2/p' | sort -u
}

_sidescope_values() {
    case ${1#-} in
    -backend) echo auto procfs commands ;;
    -step) echo rss fds map heap cpu goroutines response ;;
    -symptom) echo rss fds cpu goroutines hang ;;
    -source) echo auto pprof memory ;;
    -theme) echo dark light safe ;;
    -notify) echo auto osc9 osc777 osc99 ;;
    profile | -profile)
        echo heap allocs goroutine cpu block mutex threadcreate goroutineleak
        ;;
    esac
}

_sidescope() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command options values
    local commands
    commands=$(_sidescope_commands)

    # bash takes --option=value apart at the sign
    [ "$word" = = ] && word=
    [ "$before" = = ] && before=${COMP_WORDS[COMP_CWORD - 2]}
    values=$(_sidescope_values "$before")
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
        return
    fi
    if [ "$before" = --exec ]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$word")
        return
    fi
    if [ "$COMP_CWORD" -gt 1 ] && grep -qxF -- "${COMP_WORDS[1]}" <<<"$commands"; then
        command=${COMP_WORDS[1]}
        commands=
    elif [ "$COMP_CWORD" -gt 1 ]; then
        commands=
    fi
    if [ "${word#-}" != "$word" ]; then
        options=$(_sidescope_options "$command")
        # profile commands take one dash or two
        [ "${word#--}" != "$word" ] && options=$(sed -E 's/^-([^-])/--\1/' <<<"$options")
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(
        compgen -W "$commands $(pgrep -x sidecar 2>/dev/null)" -- "$word"
        compgen -f -- "$word"
    )
}
complete -o filenames -F _sidescope sidescope
