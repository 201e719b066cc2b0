# `vmmap --summary` from the recording in vmmap.txt: the rows and columns that PLAY_REGIONS names
# ("VM_ALLOCATE count 300+900;…", sizes in KiB) hold other numbers, and the totals follow.

BEGIN {
    n_moves = split(ENVIRON["PLAY_REGIONS"], moves, ";")
    column["virtual"] = 1
    column["resident"] = 2
    column["dirty"] = 3
    column["swapped"] = 4
    column["count"] = 8
}

function kib(text) {
    if (text ~ /G$/)
        return text * 1024 * 1024
    return text ~ /M$/ ? text * 1024 : text + 0
}

# Four digits of K, then a decimal of M and of G.
function size(value) {
    if (value < 10000)
        return sprintf("%dK", value)
    if (value < 1024 * 1024)
        return sprintf("%.1fM", value / 1024)
    return sprintf("%.1fG", value / 1024 / 1024)
}

function value_of(c, text) {
    return c == 8 ? text + 0 : kib(text)
}

function text_of(c, value) {
    return c == 8 ? value : size(value)
}

# The row's numbers, moved: c from 1 on. True when there was one to move.
function move(type, f,    i, words, c, value, moved) {
    moved = 0
    for (i = 1; i <= n_moves; i++) {
        split(moves[i], words, " ")
        c = column[words[2]]
        if (words[1] != type)
            continue
        value = at(words[3])
        more[c] += value - value_of(c, f[c])
        f[c] = text_of(c, value)
        moved = 1
    }
    if (moved && type ~ /^MALLOC_/)
        in_zone += kib(f[3]) - recorded_dirty
    return moved
}

function total(f,    c) {
    for (c in more)
        f[c] = text_of(c, value_of(c, f[c]) + more[c])
}

function print_row(type, f, comment) {
    printf "%-30s %8s %8s %8s %8s %8s %8s %8s %8d%s\n", type, f[1], f[2], f[3], f[4], f[5], f[6],
        f[7], f[8], comment
}

function region(    type, f, comment) {
    type = substr($0, 1, 30)
    sub(/ +$/, "", type)
    split(substr($0, 31), f, " ")
    comment = substr($0, 103)
    recorded_dirty = kib(f[3])
    if (type == "TOTAL")
        total(f)
    else if (!move(type, f))
        return 0
    print_row(type, f, comment)
    return 1
}

# What was allocated is all in the one zone.
function zone() {
    printf "%-27s %10s %10s %10s %10s %10d %10s %10s %7s %7d\n", $1,
        size(kib($2) + in_zone), size(kib($3) + in_zone), size(kib($4) + in_zone), $5,
        $6 + in_zone / 4, size(kib($7) + in_zone), $8, $9, $10
}

/^Process:/ { printf "Process:         sidecar [%d]\n", ENVIRON["PLAY_PID"]; next }
/^Path:/ { print "Path:            " ENVIRON["PLAY_PROGRAM"]; next }
/^Identifier:/ { print "Identifier:      sidecar"; next }
/^Physical footprint:/ { print "Physical footprint:         " size(at(ENVIRON["PLAY_FOOTPRINT"])); next }
/^Physical footprint \(peak\):/ { print "Physical footprint (peak):  " size(at(ENVIRON["PLAY_PEAK"])); next }
/^REGION TYPE/ { in_regions = 1 }
/^$/ { in_regions = 0 }
in_regions && /[0-9][KMG] / && region() { next }
/^(DefaultMallocZone_|TOTAL)/ && in_zone { zone(); next }
{ print }
