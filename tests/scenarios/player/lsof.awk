# Darwin's lsof about one process, with -F and fields that end in a NUL, which is played as \001.

function field(id, value) {
    printf "%s%s\001", id, value
}

function begin(fd, access, type) {
    field("f", fd)
    field("a", access)
    field("t", type)
}

function vnode(fd, access, type, size, inode, name) {
    begin(fd, access, type)
    field("G", "0x10003;0x0")
    field("D", "0x1000004")
    field("s", size)
    field("i", inode)
    field("k", 1)
    field("n", name)
    print ""
}

function terminal(fd) {
    begin(fd, "u", "CHR")
    field("G", "0x3;0x0")
    field("D", "0x3d5a1c28")
    field("i", 22195)
    field("k", 1)
    field("n", "/dev/ttys005")
    print ""
}

function kqueue(fd) {
    begin(fd, "u", "KQUEUE")
    field("n", "count=0, state=0xa")
    print ""
}

# Pairs: the far end of 0x…01 is 0x…02.
function pointer(prefix, i) {
    return sprintf("0x%s%08x", prefix, i)
}

function peer(i) {
    return i % 2 ? i - 1 : i + 1
}

function pipe(fd, i) {
    begin(fd, " ", "PIPE")
    field("d", pointer("2ba97131", i))
    field("s", 16384)
    field("n", "->" pointer("2ba97131", peer(i)))
    print ""
}

function unix(fd, i) {
    begin(fd, "u", "unix")
    field("d", pointer("cb4801ed", i))
    field("s", 0)
    field("n", "->" pointer("cb4801ed", peer(i)))
    print ""
}

function session(i) {
    return sprintf("%s/.claude/projects/-Users-alexm-code-app/5f0c2a4e-9d1b-4c7a-8e21-%012x.jsonl",
        home, i)
}

function descriptor(kind, fd, i) {
    if (kind == "session")
        vnode(fd, "r", "REG", 48213 + i, 53892600 + i, session(i))
    else if (kind == "same")
        vnode(fd, "r", "REG", 1236, 609190, home "/Library/Application Support/sidecar/console.log")
    else if (kind == "file")
        vnode(fd, "r", "REG", 5 + i, 61916204 + i, home "/code/app/internal/part" i "/part.go")
    else if (kind == "dir")
        vnode(fd, "r", "DIR", 128, 58823688 + i, home "/code/app/internal/part" i)
    else if (kind == "kqueue")
        kqueue(fd)
    else if (kind == "pipe")
        pipe(fd, i)
    else if (kind == "unix")
        unix(fd, i)
}

function program() {
    vnode("txt", " ", "REG", 9092204, 52895790, ENVIRON["PLAY_PROGRAM"])
    vnode("txt", " ", "REG", 697712, 43116948, "/usr/lib/dyld")
    vnode("txt", " ", "REG", 662388736, 45159126,
        "/private/var/db/dyld/dyld_shared_cache_x86_64h")
}

# "pipe 20+4,dir 10": kinds and how many of each; what rises gets the highest numbers.
function descriptors(    kinds, words, n, i, k, fd) {
    fd = 0
    while (fd < 3)
        terminal(fd++)
    kqueue(fd++)
    n = split(ENVIRON["PLAY_OPEN"], kinds, ",")
    for (k = 1; k <= n; k++) {
        split(kinds[k], words, " ")
        for (i = 0; i < at(words[2]); i++)
            descriptor(words[1], fd++, i)
    }
}

BEGIN {
    home = "/Users/alexm"
    asked = " " ENVIRON["PLAY_ASKED"] " "
    if (asked ~ / -i/)
        exit 1 # nobody listens
    field("p", ENVIRON["PLAY_PID"])
    field("R", 401)
    field("c", "sidecar")
    field("u", ENVIRON["PLAY_UID"])
    print ""
    if (asked !~ / -d txt /)
        vnode("cwd", " ", "DIR", 612, 52631776, home "/code/app")
    program()
    if (asked !~ / -d txt /)
        descriptors()
}
