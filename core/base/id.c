/* SPDX-License-Identifier: MIT */
/*
 * id: numbers that sort by time and never meet.  The node's file holds the first millisecond that is still free, as
 * eight bytes with the lowest first; who wants ids takes whole milliseconds from it under a lock.
 *
 * Inside a source, `next` and `end` are steps: milliseconds since 2020 << 12 | sequence.  A step becomes an id when the
 * node's ten bits are put in between.
 */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SEQUENCE_BITS = 12, NODE_BITS = 10, SEQUENCES = 1 << SEQUENCE_BITS, NODES = 1 << NODE_BITS };

#define MS_2020 INT64_C(1577836800000)
#define MS_LIMIT (INT64_C(1) << 41)

static int64_t wall_clock_ms(void *context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A file that a power cut makes forget that it was ever made would begin anew. */
static void sync_folder_if_new(int fd, const char *file)
{
    struct stat st;
    struct arena arena = {0};
    if (fstat(fd, &st) == 0 && st.st_size == 0) {
        int folder = open(file_folder_of(&arena, file), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) {
            fsync(folder); /* what cannot be synced, on some network file systems, was made all the same */
            close(folder);
        }
    }
    arena_release(&arena);
}

enum alm_status id_open(struct id_source *source, const char *file, int node, struct alm_error *err)
{
    *source = (struct id_source){.fd = -1, .node = node, .clock_ms = wall_clock_ms};
    if (node < 0 || node >= NODES)
        return error_set(err, ALM_BAD_CONFIG, NULL, _("node %d: must be 0 to %d"), node, NODES - 1);
    source->fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (source->fd >= 0)
        sync_folder_if_new(source->fd, file);
    if (source->fd < 0)
        return error_set(err, errno == EACCES || errno == EROFS ? ALM_NO_PERMISSION : ALM_CANT_CREATE,
                         _("let this user write it, and its folder"),
                         _("%s: the node's file of ids cannot be opened: %s"), file, strerror(errno));
    return ALM_OK;
}

void id_close(struct id_source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
    source->next = source->end = 0;
}

static enum alm_status read_free_ms(int fd, int64_t *free_ms, struct alm_error *err)
{
    unsigned char bytes[8];
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    if (got < 0)
        return error_set(err, ALM_IO, NULL, _("the node's file of ids cannot be read: %s"), strerror(errno));
    *free_ms = 0;
    if (got == 0)
        return ALM_OK;
    uint64_t number = 0;
    for (size_t i = sizeof bytes; i-- > 0;)
        number = number << 8 | bytes[i];
    if (got != (ssize_t)sizeof bytes || number >= (uint64_t)MS_LIMIT)
        return error_set(err, ALM_BAD_DATA, _("restore it from a backup, or give this office a new node number"),
                         _("the node's file of ids is damaged"));
    *free_ms = (int64_t)number;
    return ALM_OK;
}

static enum alm_status write_free_ms(int fd, int64_t free_ms, struct alm_error *err)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)((uint64_t)free_ms >> (8 * i));
    ssize_t put = pwrite(fd, bytes, sizeof bytes, 0);
    if (put == (ssize_t)sizeof bytes && (fdatasync(fd) == 0 || errno == EINVAL))
        return ALM_OK;
    put = put == (ssize_t)sizeof bytes ? -1 : put;
    return error_set(err, ALM_IO, NULL, _("the node's file of ids cannot be written: %s"),
                     strerror(put < 0 ? errno : ENOSPC));
}

/*
 * Take milliseconds enough for `n` ids.  What was taken is on disk before an id is used: after a power cut the clock
 * may stand before what the file had lost (no battery, no network), and rows that were committed would meet their ids
 * again.
 */
static enum alm_status reserve(struct id_source *source, size_t n, struct alm_error *err)
{
    int locked;
    do
        locked = flock(source->fd, LOCK_EX);
    while (locked != 0 && errno == EINTR);
    if (locked != 0)
        return error_set(err, ALM_IO, NULL, _("the node's file of ids cannot be locked: %s"), strerror(errno));

    int64_t start;
    enum alm_status status = read_free_ms(source->fd, &start, err);
    if (status)
        goto out;
    int64_t now = source->clock_ms(source->context) - MS_2020;
    if (now < 0) {
        status = error_set(err, ALM_UNAVAILABLE, _("set the clock of this machine"),
                           _("ids cannot be made: the clock stands before 2020"));
        goto out;
    }
    if (now > start)
        start = now;
    uint64_t needed = n / SEQUENCES + (n % SEQUENCES != 0);
    if (start >= MS_LIMIT || needed >= (uint64_t)(MS_LIMIT - start)) {
        status = error_set(err, ALM_INTERNAL, NULL, _("ids cannot be made: their 41 bits of time are used up"));
        goto out;
    }
    int64_t end = start + (int64_t)needed;
    status = write_free_ms(source->fd, end, err);
    if (status)
        goto out;
    source->next = start * SEQUENCES;
    source->end = end * SEQUENCES;
out:
    flock(source->fd, LOCK_UN);
    return status;
}

static alm_id id_of_step(int64_t step, int node)
{
    return (step >> SEQUENCE_BITS) << (SEQUENCE_BITS + NODE_BITS) | (int64_t)node << SEQUENCE_BITS |
           (step & (SEQUENCES - 1));
}

enum alm_status id_next(struct id_source *source, alm_id *out, struct alm_error *err)
{
    return id_fill(source, out, 1, err);
}

enum alm_status id_fill(struct id_source *source, alm_id *out, size_t n, struct alm_error *err)
{
    while (n) {
        if (source->next == source->end) {
            enum alm_status status = reserve(source, n, err);
            if (status)
                return status;
        }
        for (; n && source->next < source->end; n--)
            *out++ = id_of_step(source->next++, source->node);
    }
    return ALM_OK;
}
