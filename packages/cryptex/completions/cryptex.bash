# bash completion for cryptex, for bash 4 and later. Asks the program itself what may come next.
# Written by hand: the script that @bomb.sh/tab has for bash evaluates what is being typed, redirections included.

_cryptex() {
    local words=() word joined='' target='' i
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $target ]]; then
            # Bash takes "> file" for words of the command.
            target=''
        elif [[ $word == *[\<\>]* && $word != *[!\<\>\&\|]* ]]; then
            target=yes
        elif [[ ${#words[@]} -gt 0 && (-n $joined || $word == [=:]) ]]; then
            # Bash cuts words at = and at colons.
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        [[ $word == [=:] ]] && joined=yes || joined=''
    done

    local answer
    answer=$(cryptex complete -- "${words[@]}" 2>/dev/null) || return

    # Of the word, bash replaces what follows the last = or colon.
    local typed=${words[${#words[@]} - 1]}
    [[ $typed == --*=* ]] && typed=${typed#*=}
    local kept=${typed%"${typed##*[=:]}"}
    local value
    COMPREPLY=()
    while IFS=$'\t' read -r value _; do
        [[ -n $value ]] && COMPREPLY+=("${value#"$kept"}")
    done <<<"${answer%:*}"

    local directive=${answer##*:}
    ((directive & 2)) && compopt -o nospace
    if ((directive & 16)); then
        compopt -o filenames
        while IFS= read -r value; do
            COMPREPLY+=("$value")
        done < <(compgen -d -- "${typed#"$kept"}")
    fi
    ((directive == 0)) && compopt -o default
    return 0
}

complete -F _cryptex cryptex
