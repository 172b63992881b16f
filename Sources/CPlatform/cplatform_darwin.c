#if defined(__APPLE__)
#include "cplatform_darwin.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <mach/mach.h>
#include <sys/clonefile.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <unistd.h>

int cplatform_process_state(pid_t process) {
    struct proc_bsdinfo info;
    if (proc_pidinfo(process, PROC_PIDTBSDINFO, 0, &info, sizeof info) != (int)sizeof info) return CPLATFORM_PROCESS_GONE;
    switch (info.pbi_status) {
    case SSTOP: return CPLATFORM_PROCESS_STOPPED;
    case SZOMB: return CPLATFORM_PROCESS_GONE;
    default: return CPLATFORM_PROCESS_RUNNING;
    }
}

uint64_t cplatform_process_memory(pid_t process) {
    struct rusage_info_v0 usage;
    return proc_pid_rusage(process, RUSAGE_INFO_V0, (rusage_info_t *)&usage) == 0 ? usage.ri_resident_size : 0;
}

int cplatform_process_name(pid_t process, char *name, size_t size) {
    if (size == 0) return 0;
    int length = proc_name(process, name, (uint32_t)size - 1);
    if (length < 0 || (size_t)length >= size) length = 0;
    name[length] = 0;
    return length;
}

int cplatform_file_holders(const char *path, pid_t *processes, int capacity) {
    int bytes = proc_listpidspath(
        PROC_UID_ONLY, geteuid(), path, PROC_LISTPIDSPATH_EXCLUDE_EVTONLY, processes, capacity * (int)sizeof *processes);
    return bytes < 0 ? -1 : bytes / (int)sizeof *processes;
}

uint64_t cplatform_available_memory(void) {
    mach_port_t host = mach_host_self();
    vm_statistics64_data_t statistics;
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    vm_size_t page = 0;
    kern_return_t result = host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&statistics, &count);
    if (result == KERN_SUCCESS) result = host_page_size(host, &page);
    mach_port_deallocate(mach_task_self(), host);
    if (result != KERN_SUCCESS) return 0;
    // Inactive pages are mostly caches; the compressor's pages are in use.
    return ((uint64_t)statistics.free_count + statistics.inactive_count) * page;
}

int cplatform_clone_file(int source, const char *destination) {
    if (fclonefileat(source, AT_FDCWD, destination, CLONE_NOOWNERCOPY) < 0) return -1;
    // A clone has the permissions of the original file.
    if (chmod(destination, 0600) == 0) return 0;
    int reason = errno;
    unlink(destination);
    errno = reason;
    return -1;
}
#else
// Elsewhere there is nothing to compile; a translation unit may not be empty.
typedef int cplatform_darwin_is_for_macos;
#endif
