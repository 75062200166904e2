/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the import runner: the header of a file (import-header.c), the rejects file (import-rejects.c),
 * the runner (import.c).
 */
#ifndef REGISTER_IMPORT_INTERNAL_H
#define REGISTER_IMPORT_INTERNAL_H

#include "register/register.h"

/* Where each column of the import stands in the file. */
struct import_header {
    struct arena arena;
    size_t n_fields;
    const struct alm_text *fields; /* as they stand in the file */
    int32_t *field_of;             /* by column: field, -1 if the file has none */
    const char *unread;            /* headers that are no column's, for people; "" if there are none */
};
enum alm_status import_header_read(struct import_header *, const struct import *, const struct csv_record *,
                                   struct alm_error *);
void import_header_release(struct import_header *);

struct import_rejects {
    char path[4096];
    int fd;         /* -1: not open */
    bool regular;   /* a file that can be cut back */
    int64_t length; /* of what belongs to committed chunks */
    struct strbuf buf;
};
/* The path that `import` asks for or the default. */
void import_rejects_init(struct import_rejects *, const struct import *);
/* Go on with the file of an interrupted run, cut to `length`. */
enum alm_status import_rejects_resume(struct import_rejects *, int64_t length, struct alm_error *);
/* One record of the file and why it was not taken; kept in memory until written. */
void import_rejects_add(struct import_rejects *, const struct import_header *, int64_t line, struct alm_text column,
                        const char *reason, const char *raw, size_t n_fields, const size_t *lengths);
/* Append what was added and force it to disk. */
enum alm_status import_rejects_write(struct import_rejects *, struct alm_error *);
/* The chunk was committed; or it was not: cut its rows off again. */
void import_rejects_keep(struct import_rejects *, bool committed);
void import_rejects_release(struct import_rejects *);

#endif
