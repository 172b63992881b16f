#pragma once
#if defined(__APPLE__)
#include <dlfcn.h>
#endif
#include <stdio.h>
#include <editline/readline.h>

/// libedit is set up through global variables, which Swift takes for state that threads share.
static inline void cedit_prepare(char **(*complete)(const char *, int, int)) {
    rl_readline_name = "quiver";
    rl_basic_word_break_characters = " \t\n=";
    rl_completer_word_break_characters = " \t\n=";
    rl_attempted_completion_function = complete;
    using_history();
    stifle_history(1000);
}

/// The typed text up to the cursor; its length is put into `count`.
static inline const char *cedit_typed(int *count) {
    *count = rl_point;
    return rl_line_buffer;
}

/// Ends a completion: no file names are tried, and `appended` follows a word that is complete (0 for nothing).
static inline void cedit_end_completion(char appended) {
    rl_attempted_completion_over = 1;
    rl_completion_append_character = appended;
}

/// Shows the prompt and the typed text again, below what was printed in the meantime.
static inline void cedit_redraw(void) {
#if defined(__APPLE__)
    // Not every macOS declares the function; without it the key for reprinting is pushed. Not tried on macOS.
    void (*redraw)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "rl_forced_update_display");
    if (redraw) redraw();
    else rl_redisplay();
#else
    rl_forced_update_display();
#endif
}
