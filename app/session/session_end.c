#include "app/session/session.h"

void session_end_note(struct session_end *end, const struct process_sample *process)
{
    bool known = process->end_signal != SAMPLE_UNKNOWN && process->end_status != SAMPLE_UNKNOWN;

    end->signal = known ? (int)process->end_signal : 0;
    end->has_status = known && end->signal == 0;
    end->status = end->has_status ? (int)process->end_status : 0;
    end->oom_kills = MAX(process->oom_kills, 0);
}
