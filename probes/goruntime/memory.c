#include "probes/goruntime/memory.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/program.h"
#include "probes/goruntime/rights.h"
#include "probes/goruntime/writable.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    MOST_PER_CALL = 64 << 20, /* so that a cancel is noticed within some 20 ms */
    MAX_GAP = 2048,           /* bytes between ranges that are read as one */
};

/* --- a live process --- */

struct process_memory {
    struct memory base;
    int pid;
    struct program *program; /* NULL: all is read from the process */
    int file;                /* of the program */
};

#if defined(__linux__)

/*
 * One batch, as the kernel takes it. What a range costs is the pages that are looked up
 * for it, not its bytes: neighbours (g's, sudogs in one span) are one to the kernel, and
 * what lies between them goes nowhere.
 */
struct batch {
    struct iovec local[GORUNTIME_READ_RANGES], remote[GORUNTIME_READ_RANGES];
    size_t gap[GORUNTIME_READ_RANGES]; /* bytes before each range that are read for nothing */
    size_t n, n_local, n_remote;       /* ranges, and what they became */
    uint8_t nowhere[MAX_GAP];
};

/* Bytes between the end of what is read so far and a range; SIZE_MAX: it is no neighbour. */
static size_t gap_before(const struct batch *batch, const struct memory_range *range)
{
    const struct iovec *last = &batch->remote[batch->n_remote - 1];
    uint64_t end = (uint64_t)(uintptr_t)last->iov_base + last->iov_len;

    return range->address >= end && range->address - end <= MAX_GAP ? (size_t)(range->address - end)
                                                                    : SIZE_MAX;
}

static void batch_add(struct batch *batch, const struct memory_range *range, size_t gap)
{
    if (gap == SIZE_MAX) {
        batch->remote[batch->n_remote++] =
            (struct iovec){(void *)(uintptr_t)range->address, range->n};
        gap = 0;
    } else {
        batch->remote[batch->n_remote - 1].iov_len += gap + range->n;
    }
    if (gap > 0)
        batch->local[batch->n_local++] = (struct iovec){batch->nowhere, gap};
    batch->local[batch->n_local++] = (struct iovec){range->data, range->n};
    batch->gap[batch->n++] = gap;
}

/* Takes ranges up to what one call may have; at least one. */
static void batch_fill(struct batch *batch, const struct memory_range *ranges, size_t n)
{
    uint64_t bytes = 0;

    batch->n = batch->n_local = batch->n_remote = 0;
    for (size_t i = 0; i < n; i++) {
        size_t gap = i > 0 ? gap_before(batch, &ranges[i]) : SIZE_MAX;
        size_t places = gap == 0 || gap == SIZE_MAX ? 1 : 2;

        bytes += ranges[i].n;
        if (batch->n_local + places > GORUNTIME_READ_RANGES || (i > 0 && bytes > MOST_PER_CALL))
            break;
        batch_add(batch, &ranges[i], gap);
    }
}

/*
 * Marks what n bytes read of the batch's beginning make whole, and the first
 * range behind them as not there; gives how many ranges are done with.
 */
static size_t settle(const struct batch *batch, struct memory_range *ranges, size_t bytes)
{
    size_t i = 0;

    for (; i < batch->n && bytes >= batch->gap[i] + ranges[i].n; i++) {
        ranges[i].ok = true;
        bytes -= batch->gap[i] + ranges[i].n;
    }
    if (i == batch->n)
        return i;
    ranges[i].ok = false;
    return i + 1;
}

/* Where a range that the process cannot write stands in the program's file. */
static bool find_in_file(const struct program *program, const struct memory_range *range,
                         uint64_t *ret_offset)
{
    for (size_t i = 0; i < program->n_segments; i++) {
        const struct program_area *area = &program->segments[i];
        uint64_t at = range->address - area->address;

        if (area->is_writable || range->address < area->address || at > area->file_n ||
            range->n > area->file_n - at)
            continue;
        *ret_offset = area->file_offset + at;
        return true;
    }
    return false;
}

static bool read_file(struct process_memory *memory, struct memory_range *range)
{
    uint64_t offset;

    if (memory->program == NULL || !find_in_file(memory->program, range, &offset))
        return false;
    memory->base.n_calls++;
    range->ok = pread(memory->file, range->data, range->n, (off_t)offset) == (ssize_t)range->n;
    memory->base.n_bytes += range->ok ? range->n : 0;
    return range->ok;
}

static bool read_process(struct memory *memory, struct memory_range *ranges, size_t n,
                         GError **error)
{
    int pid = ((struct process_memory *)memory)->pid;
    struct batch batch;

    while (n > 0) {
        if (g_atomic_int_get(&memory->cancelled))
            return true; /* memory_read_ranges says so */
        batch_fill(&batch, ranges, n);
        ssize_t got =
            process_vm_readv(pid, batch.local, batch.n_local, batch.remote, batch.n_remote, 0);

        memory->n_calls++;
        if (got < 0 && errno != EFAULT)
            return rights_fail(pid, errno, error);
        memory->n_bytes += (uint64_t)MAX(got, 0);
        size_t done = settle(&batch, ranges, (size_t)MAX(got, 0));

        ranges += done;
        n -= done;
    }
    return true;
}

static bool process_read(struct memory *memory, struct memory_range *ranges, size_t n,
                         GError **error)
{
    for (size_t begin = 0, i = 0; begin < n; begin = i + 1) {
        for (i = begin; i < n && !read_file((struct process_memory *)memory, &ranges[i]);)
            i++;
        if (i > begin && !read_process(memory, ranges + begin, i - begin, error))
            return false;
    }
    return true;
}

static void process_free(struct memory *memory)
{
    struct process_memory *process = (struct process_memory *)memory;

    if (process->program != NULL) {
        close(process->file);
        program_free(process->program);
    }
    g_free(process);
}

static struct writable *process_writable(struct memory *memory, GError **error)
{
    return writable_of_process(((struct process_memory *)memory)->pid, error);
}

struct memory *memory_of_process(int pid, GError **error)
{
    static const struct memory_ops ops = {process_read, process_free, process_writable, false};
    struct process_memory *memory = g_new0(struct process_memory, 1);

    (void)error;
    memory->base.ops = &ops;
    memory->pid = pid;
    return &memory->base;
}

struct memory *memory_of_program(int pid, struct program *program, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/exe", pid);
    struct process_memory *memory = (struct process_memory *)memory_of_process(pid, error);

    memory->file = open(path, O_RDONLY | O_CLOEXEC);
    if (memory->file >= 0)
        memory->program = program_ref(program);
    return &memory->base;
}

#else

struct memory *memory_of_program(int pid, struct program *program, GError **error)
{
    (void)program;
    return memory_of_process(pid, error);
}

struct memory *memory_of_process(int pid, GError **error)
{
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED,
                "the memory of process %d cannot be read on this system: only Linux lets one "
                "process read another without stopping it",
                pid);
    return NULL;
}

#endif

/* --- any source --- */

void memory_free(struct memory *memory)
{
    if (memory != NULL)
        memory->ops->free(memory);
}

static bool check_cancelled(struct memory *memory, GError **error)
{
    if (!g_atomic_int_get(&memory->cancelled))
        return true;
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_CANCELLED, "reading memory was cancelled");
    return false;
}

bool memory_read_ranges(struct memory *memory, struct memory_range *ranges, size_t n,
                        GError **error)
{
    for (size_t i = 0; i < n; i++)
        ranges[i].ok = false;
    return check_cancelled(memory, error) &&
           (n == 0 || memory->ops->read(memory, ranges, n, error)) &&
           check_cancelled(memory, error);
}

bool memory_read(struct memory *memory, uint64_t address, void *ret, size_t n, GError **error)
{
    struct memory_range range = {.address = address, .data = ret, .n = n};

    if (!memory_read_ranges(memory, &range, 1, error))
        return false;
    if (!range.ok)
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                    "there is no memory of %zu bytes at 0x%" PRIx64, n, address);
    return range.ok;
}

bool memory_read_u64(struct memory *memory, uint64_t address, uint64_t *ret, GError **error)
{
    uint8_t bytes[sizeof *ret];

    if (!memory_read(memory, address, bytes, sizeof bytes, error))
        return false;
    *ret = bytes_u64(bytes);
    return true;
}

bool memory_read_u32(struct memory *memory, uint64_t address, uint32_t *ret, GError **error)
{
    uint8_t bytes[sizeof *ret];

    if (!memory_read(memory, address, bytes, sizeof bytes, error))
        return false;
    *ret = bytes_u32(bytes);
    return true;
}

uint8_t *memory_copy(struct memory *memory, uint64_t address, uint64_t n, uint64_t most,
                     GError **error)
{
    if (n > most) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                    "a table of the process has %" PRIu64 " bytes, more than the "
                    "%" PRIu64 " that are read",
                    n, most);
        return NULL;
    }
    g_autofree uint8_t *copy = g_try_malloc(n + 1);

    if (copy == NULL) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                    "there is no room for %" PRIu64 " bytes of the process", n);
        return NULL;
    }
    return memory_read(memory, address, copy, n, error) ? g_steal_pointer(&copy) : NULL;
}

uint8_t *memory_copy_words(struct memory *memory, uint64_t address, uint64_t n, uint64_t most,
                           GError **error)
{
    enum { WORD = 8 };

    return memory_copy(memory, address, n > UINT64_MAX / WORD ? UINT64_MAX : n * WORD, most * WORD,
                       error);
}

void memory_cancel(struct memory *memory)
{
    g_atomic_int_set(&memory->cancelled, 1);
}
