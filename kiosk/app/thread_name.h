#pragma once

#include <pthread.h>

namespace station::app {

// At most 15 characters; shown by `ps -L` and debuggers.
inline void name_this_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace station::app
