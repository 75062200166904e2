/* SPDX-License-Identifier: MIT */
/* Tasks by number, on as many threads as are asked for. */
#include "match/internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct run {
    parallel_fn *work;
    void *context;
    size_t n;
    atomic_size_t next;
};
struct worker {
    struct run *run;
    unsigned number;
    pthread_t id;
};

static void *worker_run(void *context)
{
    struct worker *worker = context;
    struct run *run = worker->run;
    for (size_t task; (task = atomic_fetch_add(&run->next, 1)) < run->n;)
        run->work(run->context, task, worker->number);
    return NULL;
}

void parallel_run(unsigned threads, size_t n, parallel_fn *work, void *context)
{
    struct run run = {.work = work, .context = context, .n = n};
    struct worker workers[MATCH_MAX_THREADS];
    unsigned started = 1;
    atomic_init(&run.next, 0);
    if (threads > MATCH_MAX_THREADS)
        threads = MATCH_MAX_THREADS;
    workers[0] = (struct worker){.run = &run};
    /* Where no more threads can be had, those that there are do the work. */
    for (; started < threads && started < n; started++) {
        workers[started] = (struct worker){.run = &run, .number = started};
        if (pthread_create(&workers[started].id, NULL, worker_run, &workers[started]) != 0)
            break;
    }
    worker_run(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(workers[i].id, NULL);
}

unsigned parallel_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MATCH_MAX_THREADS ? MATCH_MAX_THREADS : (unsigned)n;
}
