# fish completion for muster(1)
#
# The program says what may stand at the cursor; here is only what the shell alone knows: its own files and
# commands. No candidate is expanded: a name may come from a network.

function __muster_candidates
    set -l words (commandline --current-process --tokens-expanded --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    # The path of --option=PATH is behind the '='; what stands before it stays.
    set -l option (string match --regex -- '^--[^=]*=' $current)
    set -l path (string replace --regex -- '^--[^=]*=' '' $current)
    for candidate in (command $words[1] complete -- $words[2..] $current 2>/dev/null)
        switch $candidate
            case :file
                __fish_complete_path $path | string replace --regex -- '^' "$option"
            case :directory
                __fish_complete_directories $path '' | string replace --regex -- '^' "$option"
            case :command
                __fish_complete_command
            case '*'
                printf '%s\n' $candidate
        end
    end
end

complete --command muster --no-files --arguments '(__muster_candidates)'
