# bash completion for sidescope
_sidescope() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local commands="triage record monitor doctor top peek list tree traces tags diff flame raw pprof"
    local flags="-functions -filefunctions -files -lines -addresses -noinlines -flat -cum
        -sample_index -inuse_space -inuse_objects -alloc_space -alloc_objects -contentions
        -total_delay -mean_delay -mean -focus -ignore -hide -show -show_from -prune_from -tagfocus
        -tagignore -tagshow -taghide -base -diff_base -normalize -divide_by -drop_negative
        -nodecount -nodefraction -edgefraction -trim -relative_percentages -unit -source_path -trim_path -symbolize -profile -seconds -pprof -max_size -showcolumns
        -compact_labels -call_tree -tagroot -tagleaf
        -json -output -force -help"
    local options="--at --pprof --backend --theme --no-color --ascii --no-mouse
        --bell --notify --exec --capture-on-alarm --events --help --version"
    local pids="" files=""

    case $before in
    --backend) COMPREPLY=($(compgen -W "auto procfs commands" -- "$word")) && return ;;
    --step)
        COMPREPLY=($(compgen -W "rss fds map heap cpu goroutines response" -- "$word")) && return
        ;;
    --report | --folder) COMPREPLY=($(compgen -f -- "$word")) && return ;;
    --timestamps) COMPREPLY=($(compgen -W "hms iso" -- "$word")) && return ;;
    --openmetrics) COMPREPLY=($(compgen -f -- "$word")) && return ;;
    --watch | --interval | --duration | --listen | --push | --push-cpu) return ;;
    --exec) COMPREPLY=($(compgen -c -- "$word")) && return ;;
    --theme) COMPREPLY=($(compgen -W "dark light safe" -- "$word")) && return ;;
    -profile | --profile)
        COMPREPLY=($(compgen -W "heap allocs goroutine cpu block mutex threadcreate goroutineleak" \
            -- "$word")) && return
        ;;
    -base | -diff_base | --base | --diff_base | -o | -output | --output)
        COMPREPLY=($(compgen -f -- "$word")) && return
        ;;
    -pprof | --pprof | -seconds | --seconds | -focus | -ignore | -hide | -show | -show_from | \
        -prune_from | -tagfocus | -tagignore | -tagshow | -taghide | -nodecount | -nodefraction | \
        -edgefraction | -divide_by | -unit | -sample_index | -symbolize) return ;;
    esac
    case ${COMP_WORDS[1]} in
    triage)
        options="--json --markdown --pprof --backend --seconds --watch --quick --step --report
            --folder --force --redact --keep --header-file --mark --since-mark --ascii
            --bell --notify --exec --capture-on-alarm --events --help"
        files=$(compgen -f -- "$word")
        ;;
    record) options="--output --until --duration --interval --wait --inhibit-sleep --pprof --backend --bell --notify --exec --capture-on-alarm --events --help" ;;
    monitor)
        options="--interval --duration --output --extended --timestamps --all --openmetrics
            --listen --push --push-cpu --print-rules --print-dashboard --pprof --backend
            --bell --notify --exec --capture-on-alarm --events --help"
        ;;
    doctor) options="--json --pprof --backend --ascii --help" ;;
    top | peek | list | tree | traces | tags | diff | flame | raw | pprof)
        options=$flags
        [ "${word#--}" != "$word" ] && options=${flags// -/ --}
        files=$(compgen -f -- "$word")
        ;;
    *)
        [ "$COMP_CWORD" -eq 1 ] && options="$commands $options"
        files=$(compgen -f -- "$word")
        ;;
    esac
    pids=$(pgrep -x sidecar 2>/dev/null)
    COMPREPLY=($(compgen -W "$options $pids $files" -- "$word"))
}
complete -F _sidescope sidescope
