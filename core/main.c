/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <signal.h>

int main(int argc, char **argv)
{
    /* A file that may not grow is an error to tell and to undo, not a death. */
    signal(SIGXFSZ, SIG_IGN);
    return cli_main(argc, argv, stdout, stderr);
}
