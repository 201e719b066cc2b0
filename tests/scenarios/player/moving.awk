# Numbers that move: "20" stands, "20+5" rises by 5 a second, "20+5*3" for 3 seconds only.

function at(text,    parts, steps, t) {
    split(text, parts, "+")
    split(parts[2], steps, "*")
    t = ENVIRON["PLAY_T"] + 0
    if (steps[2] != "" && t > steps[2] + 0)
        t = steps[2] + 0
    return parts[1] + steps[1] * t
}
