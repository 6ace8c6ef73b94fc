# Reads apt's source files (sources.list(5)), both kinds, and prints a line for each archive of binary packages
# that apt uses for amd64:
#
#   URI <tab> SUITE <tab> OPTIONS <tab> COMPONENTS
#
# OPTIONS are those of a "deb" line that decide what apt believes, parted by blanks. A key that stands in a
# file of the deb822 kind is written to KEYS/inline-N.asc, and signed-by names that file as inline-N.asc.
# Variables: keys, the directory KEYS.

function trimmed(text) {
    gsub(/^[ \t]+|[ \t\r]+$/, "", text)
    return text
}

function print_archive(uri, suite, options, components) {
    gsub(/\$\(ARCH\)/, "amd64", uri)
    gsub(/\$\(ARCH\)/, "amd64", suite)
    printf "%s\t%s\t%s\t%s\n", uri, suite, trimmed(options), trimmed(components)
}

# Whether a list of architectures, parted by blanks or commas, has ours; an empty one has all.
function is_ours(architectures) {
    gsub(/,/, " ", architectures)
    return trimmed(architectures) == "" || (" " architectures " ") ~ / amd64 /
}

function is_wanted(name) {
    return name ~ /^(signed-by|trusted|allow-(insecure|weak|downgrade-to-insecure)|check-(date|valid-until)|date-max-future|inrelease-path|valid-until-(min|max)|by-hash)$/
}

# The character that %41 stands for, everywhere in a text.
function decoded(text,    digits, plain, high, low) {
    digits = "0123456789abcdef"
    while (match(text, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
        high = index(digits, tolower(substr(text, RSTART + 1, 1))) - 1
        low = index(digits, tolower(substr(text, RSTART + 2, 1))) - 1
        plain = plain substr(text, 1, RSTART - 1) sprintf("%c", high * 16 + low)
        text = substr(text, RSTART + 3)
    }
    return plain text
}

# Takes a word off `rest`, as apt does: blanks between "" and between [] are of the word, such as those of
# a disc's name; a comment has none.
function next_word(    word) {
    rest = trimmed(rest)
    match(rest, /^([^] \t"#[]|"[^"]*"|\[[^]]*\])*/)
    word = substr(rest, 1, RLENGTH)
    rest = substr(rest, RLENGTH + 1)
    gsub(/"/, "", word)
    return decoded(word)
}

function read_line(line,    inside, options, architectures, words, count, i, name, uri, suite, word, components) {
    line = trimmed(line)
    if (line !~ /^deb[ \t[]/) return
    rest = trimmed(substr(line, 4))
    if (rest ~ /^\[/) {
        inside = substr(rest, 2, index(rest, "]") - 2)
        rest = substr(rest, index(rest, "]") + 1)
        count = split(inside, words)
        for (i = 1; i <= count; i++) {
            name = tolower(words[i])
            sub(/=.*/, "", name)
            if (name == "arch") architectures = substr(words[i], 6)
            if (is_wanted(name)) options = options " " name substr(words[i], length(name) + 1)
        }
    }
    uri = next_word()
    suite = next_word()
    if (suite == "" || !is_ours(architectures)) return
    while ((word = next_word()) != "") components = components " " word
    print_archive(uri, suite, options, components)
}

# The value of a field as an option: several words are parted by commas there.
function as_option(name, value,    file) {
    if (value ~ /-----BEGIN PGP/) {
        file = "inline-" ++inline ".asc"
        print key > (keys "/" file)
        close(keys "/" file)
        value = file
    }
    value = trimmed(value)
    gsub(/[ \t]+/, ",", value)
    return " " name "=" value
}

function end_stanza(    name, options, uris, suites, i, j, many, more) {
    if (tolower(trimmed(fields["enabled"])) !~ /^(no|false|without|disable|off|0)$/ &&
        (" " fields["types"] " ") ~ /[ \t]deb[ \t]/ && is_ours(fields["architectures"])) {
        for (name in fields)
            if (is_wanted(name)) options = options as_option(name, fields[name])
        many = split(fields["uris"], uris)
        more = split(fields["suites"], suites)
        for (i = 1; i <= many; i++)
            for (j = 1; j <= more; j++)
                print_archive(uris[i], suites[j], options, fields["components"])
    }
    for (name in fields) delete fields[name]
    last = ""
    key = ""
}

function read_field(line,    colon) {
    if (line ~ /^#/) return
    if (line ~ /^[ \t]/) {
        if (last == "") return
        line = trimmed(line)
        if (last == "signed-by") key = key (line == "." ? "" : line) "\n"
        fields[last] = fields[last] " " line
        return
    }
    colon = index(line, ":")
    if (colon == 0) return
    last = tolower(substr(line, 1, colon - 1))
    fields[last] = trimmed(substr(line, colon + 1))
}

FNR == 1 && NR > 1 { end_stanza() }
FILENAME ~ /\.sources$/ && trimmed($0) == "" { end_stanza(); next }
FILENAME ~ /\.sources$/ { read_field($0); next }
{ read_line($0) }
END { end_stanza() }
