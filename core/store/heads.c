/* SPDX-License-Identifier: MIT */
/* The file of keyed heads, and its key. */
#include "store/seal.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the key ---- */

static enum alm_status file_error(const char *file, struct alm_error *err)
{
    return error_set(err, errno == EACCES || errno == EPERM || errno == EROFS ? ALM_NO_PERMISSION : ALM_IO, NULL,
                     "%s: %s", file, strerror(errno));
}

enum alm_status seal_key(const char *file, bool make, unsigned char key[DIGEST_SIZE], struct alm_error *err)
{
    enum alm_status status = secret_key(file, make, false, key, err);
    if (status == ALM_NO_INPUT && err)
        snprintf(err->hint, sizeof err->hint, "%s", _("without it nobody can tell whether the journal was changed"));
    return status;
}

/* ---- heads ---- */

static void mac_of(const unsigned char key[DIGEST_SIZE], const struct seal_head *head, char hex[SEAL_HEX])
{
    unsigned char mac[DIGEST_SIZE];
    char text[48 + SEAL_HEX];
    int len = snprintf(text, sizeof text, "%" PRId64 " %s%s", head->n, head->link, head->restored ? " restored" : "");
    struct digest digest;
    digest_init(&digest, key, DIGEST_SIZE);
    digest_add(&digest, text, (size_t)len);
    digest_final(&digest, mac);
    digest_hex(mac, sizeof mac, hex);
}

enum alm_status seal_heads_lock(const char *file, int *fd, struct alm_error *err)
{
    *fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (*fd < 0)
        return file_error(file, err);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return ALM_OK;
    enum alm_status status = errno == EWOULDBLOCK ? ALM_OK : file_error(file, err);
    close(*fd);
    *fd = -1;
    return status;
}

/* A line that a crash left unfinished is taken back first: it was never said to be there. */
static int cut_unfinished_line(int fd)
{
    struct stat st;
    char c;
    if (fstat(fd, &st) != 0)
        return -1;
    off_t end = st.st_size;
    while (end > 0) {
        if (pread(fd, &c, 1, end - 1) != 1)
            return -1;
        if (c == '\n')
            break;
        end--;
    }
    return end == st.st_size ? 0 : ftruncate(fd, end);
}

enum alm_status seal_heads_append(int fd, const char *file, const unsigned char key[DIGEST_SIZE],
                                  const struct seal_head *head, alm_time now, struct alm_error *err)
{
    char mac[SEAL_HEX], time[40], line[3 * SEAL_HEX];
    mac_of(key, head, mac);
    date_format_time(now, time, sizeof time);
    int len = snprintf(line, sizeof line, "%" PRId64 " %s %s %s%s\n", head->n, head->n ? head->link : "0", mac, time,
                       head->restored ? " restored" : "");
    if (cut_unfinished_line(fd) != 0)
        return file_error(file, err);
    ssize_t put = write(fd, line, (size_t)len);
    if (put >= 0 && put < len)
        return error_set(err, ALM_IO, NULL, _("%s: %s"), file, strerror(ENOSPC));
    if (put != len || fsync(fd) != 0)
        return file_error(file, err);
    return ALM_OK;
}

static enum alm_status parse_head(const char *line, const char *file, size_t number,
                                  const unsigned char key[DIGEST_SIZE], struct seal_head *head, struct alm_error *err)
{
    char mac[SEAL_HEX], given[SEAL_HEX], time[40], word[16] = "", rest[2];
    int fields = sscanf(line, "%" SCNd64 " %64[0-9a-f] %64[0-9a-f] %39s %15s %1s", &head->n, head->link, given, time,
                        word, rest);
    head->restored = strcmp(word, "restored") == 0;
    if (head->n == 0) /* nothing was sealed before that backup */
        head->link[0] = '\0';
    if (fields != 4 && !(fields == 5 && head->restored))
        return error_set(err, ALM_BAD_DATA, NULL, _("%s:%zu: not a head of the seal"), file, number);
    mac_of(key, head, mac);
    if (strcmp(mac, given) != 0)
        return error_set(err, ALM_BAD_DATA, NULL, _("%s:%zu: head %" PRId64 " was not written with this key"), file,
                         number, head->n);
    return ALM_OK;
}

enum alm_status seal_heads_read(const char *file, const unsigned char key[DIGEST_SIZE], struct seal_heads *heads,
                                struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    char *line = NULL;
    size_t size = 0;
    FILE *in = fopen(file, "re");
    if (!in)
        return errno == ENOENT ? ALM_OK : file_error(file, err);
    for (size_t number = 1; status == ALM_OK; number++) {
        ssize_t len = getline(&line, &size, in);
        /* An unfinished last line is a crash between two heads: the next seal takes it back. */
        if (len <= 0 || line[len - 1] != '\n')
            break;
        struct seal_head head;
        status = parse_head(line, file, number, key, &head, err);
        if (status != ALM_OK)
            break;
        while (head.restored && heads->count && heads->items[heads->count - 1].n >= head.n)
            heads->count--;
        if (head.n == 0)
            continue;
        ARRAY_ROOM(heads->items, heads->count, heads->capacity);
        heads->items[heads->count++] = head;
    }
    if (status == ALM_OK && ferror(in))
        status = file_error(file, err);
    free(line);
    fclose(in);
    return status;
}
