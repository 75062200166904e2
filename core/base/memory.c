/* SPDX-License-Identifier: MIT */
/* memory: arenas, heap that doesn't fail, growing strings. */
#include "base/base.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ARENA_BLOCK = 32 << 10 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

/* The only way out when memory has run out: there is no state to save, every write is a transaction. */
_Noreturn static void out_of_memory(void)
{
    fputs("almoner: out of memory\n", stderr);
    abort();
}

void memory_for_bulk(void)
{
    enum { HEAP = 160 << 20, HUGE_PAGE = 2 << 20 };
    /* A hint only: whatever fails here, memory comes as it always does. */
    if (!mallopt(M_MMAP_THRESHOLD, 1 << 30) || !mallopt(M_TRIM_THRESHOLD, INT32_MAX))
        return;
    char *heap = malloc(HEAP);
    if (!heap)
        return;
    char *first = (char *)(((uintptr_t)heap + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    madvise(first, (size_t)(heap + HEAP - first) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    free(heap);
}

void *xmalloc(size_t size)
{
    void *at = malloc(size ? size : 1);
    if (!at)
        out_of_memory();
    return at;
}

void *xcalloc(size_t n, size_t size)
{
    void *at = calloc(n ? n : 1, size ? size : 1);
    if (!at)
        out_of_memory();
    return at;
}

void *xreallocarray(void *old, size_t n, size_t size)
{
    void *at = reallocarray(old, n ? n : 1, size ? size : 1);
    if (!at)
        out_of_memory();
    return at;
}

char *xstrdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(xmalloc(size), text, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size_t room = (size + align - 1) / align * align;
    struct arena_block *block = arena->blocks;
    if (!block || block->size - arena->used < room) {
        /* A large piece gets a block of its own, behind the one that is being filled. */
        bool large = room > ARENA_BLOCK / 4 && block;
        size_t block_size = room > ARENA_BLOCK ? room : ARENA_BLOCK;
        if (large)
            block_size = room;
        struct arena_block *fresh = xmalloc(sizeof *fresh + block_size);
        fresh->size = block_size;
        if (large) {
            fresh->next = block->next;
            block->next = fresh;
            return memset(fresh->bytes, 0, room);
        }
        fresh->next = block;
        arena->blocks = fresh;
        arena->used = 0;
        block = fresh;
    }
    void *at = block->bytes + arena->used;
    arena->used += room;
    return memset(at, 0, room);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);
    if (len > 0)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

void arena_reset(struct arena *arena)
{
    if (!arena->blocks)
        return;
    struct arena_block *kept = arena->blocks;
    for (struct arena_block *block = kept->next; block;) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    kept->next = NULL;
    arena->used = 0;
}

void arena_release(struct arena *arena)
{
    arena_reset(arena);
    free(arena->blocks);
    arena->blocks = NULL;
}

/* Room for `more` bytes and the NUL. */
static void strbuf_grow(struct strbuf *buf, size_t more)
{
    if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
        out_of_memory();
    size_t need = buf->len + more + 1;
    if (need <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 64;
    if (capacity < need)
        capacity = need;
    buf->at = xreallocarray(buf->at, capacity, 1);
    buf->capacity = capacity;
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t len)
{
    strbuf_grow(buf, len);
    if (len)
        memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
    buf->at[buf->len] = '\0';
}

void strbuf_adds(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_addc(struct strbuf *buf, char c)
{
    strbuf_add(buf, &c, 1);
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    strbuf_grow(buf, len < 0 ? 0 : (size_t)len);
    if (len > 0) {
        vsnprintf(buf->at + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    buf->at[buf->len] = '\0';
    va_end(again);
}

void strbuf_reset(struct strbuf *buf)
{
    buf->len = 0;
    if (buf->at)
        buf->at[0] = '\0';
}

void strbuf_release(struct strbuf *buf)
{
    free(buf->at);
    *buf = (struct strbuf){0};
}
