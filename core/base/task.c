/* SPDX-License-Identifier: MIT */
/* task: a piece of work on a thread of its own. */
#include "base/base.h"

#include <signal.h>
#include <unistd.h>

static void *run(void *task)
{
    ((struct task *)task)->work(((struct task *)task)->context);
    return NULL;
}

void task_start(struct task *task, void (*work)(void *context), void *context)
{
    sigset_t all, before;
    *task = (struct task){.work = work, .context = context};
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
        /* Signals are the main thread's. */
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        task->beside = pthread_create(&task->thread, NULL, run, task) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!task->beside)
        work(context);
}

void task_wait(struct task *task)
{
    if (task->beside)
        pthread_join(task->thread, NULL);
    task->beside = false;
}
