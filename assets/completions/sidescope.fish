# fish completion for sidescope. Commands and options are what the program's own help lists, so
# they are never older than it; profiles and other files are offered by fish itself.
function __sidescope_commands
    sidescope --help 2>/dev/null | string replace -rf '^  ([a-z]+) +\S.*?  +(\S.*)$' '$1\t$2'
end

function __sidescope_command
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] (__sidescope_commands | string replace -r '\t.*' '')
        echo $words[2]
    end
end

function __sidescope_options
    set -l command (__sidescope_command)
    begin
        sidescope $command --help
        sidescope $command --help-all
    end 2>/dev/null | string replace -rf '^  +(?:-\w, )?(--?\w[\w-]*=?)\S*  +(\S.*)$' '$1\t$2' | sort -u
end

complete -c sidescope -n __fish_is_first_arg -a '(__sidescope_commands)'
complete -c sidescope -n 'string match -q -- "-*" (commandline -ct)' -a '(__sidescope_options)'
complete -c sidescope -a '(pgrep -x sidecar 2>/dev/null)' -d 'running sidecar'
