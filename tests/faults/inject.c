/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linked with lab/main.c this makes `faulty`: a tcplab in which the system call that a plan names fails, in main, in a
 * host or in a process, and all else is as it was. Without FAULT_PLAN in the environment it is tcplab.
 *
 * A seccomp filter turns every system call that libc makes, for whichever library, into SIGSYS; the handler counts it,
 * and lets it fail or makes it itself. Not ptrace(2), as strace's injection is, nor a seccomp listener: those stop the
 * caller, and tcplab reads in /proc whether its processes sleep. What this adds is a microsecond each.
 * Calls made elsewhere (ld.so, a sanitizer, a program under exec, whose libc is at another address) pass. */
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __x86_64__

#define DAY_S (24L * 60 * 60)

static struct fault_plan *plan; /* NULL = there is none */
static enum fault_role role; /* each has its own copy */

/* ---- a call as the kernel takes it, from outside of libc ---- */

static long raw(long number, const long a[6])
{
	register long a3 __asm__("r10") = a[3];
	register long a4 __asm__("r8") = a[4];
	register long a5 __asm__("r9") = a[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(a3), "r"(a4), "r"(a5)
			 : "rcx", "r11", "memory");
	return result;
}

/* What the kernel gives for that call and not only the manual: a pipe has no disk, a flag is always taken. */
static bool fits(long number, const long a[6])
{
	struct stat st = { 0 };
	const long fstat_arguments[6] = { a[0], (long)&st };

	if (number == SYS_fcntl)
		return a[1] == F_DUPFD || a[1] == F_DUPFD_CLOEXEC;
	if (number == SYS_epoll_ctl) /* the others take nothing: fs/eventpoll.c do_epoll_ctl() */
		return a[1] == EPOLL_CTL_ADD;
	if (plan->error != EIO && plan->error != ENOSPC)
		return true;
	if (number != SYS_read && number != SYS_readv && number != SYS_write &&
		number != SYS_writev)
		return true;
	raw(SYS_fstat, fstat_arguments);
	return S_ISREG(st.st_mode) || S_ISCHR(st.st_mode) || S_ISDIR(st.st_mode);
}

/* brk(2) itself says with the old end that there is no new one; epoll_ctl(2) first of all what is wrong (EEXIST). */
static long refuse(long number, const long a[6])
{
	const long ask[6] = { 0 }, take_out[6] = { a[0], EPOLL_CTL_DEL, a[2] };
	long r;

	if (number == SYS_brk)
		return raw(number, ask);
	if (number == SYS_epoll_ctl) {
		r = raw(number, a);
		if (r < 0)
			return r;
		raw(number, take_out);
	}
	if (number == SYS_close) /* close(2): the descriptor is gone all the same */
		raw(number, a);
	return -plan->error;
}

/* One that succeeds or fails as planned. Result or -errno. */
static long make(long number, const long a[6])
{
	unsigned nth = atomic_fetch_add(&plan->calls[role][number % FAULT_NUMBERS], 1) + 1;

	if (!plan->nth || nth < plan->nth || nth > plan->nth + plan->more ||
		(int)number != plan->number || role != plan->role || !fits(number, a))
		return raw(number, a);
	atomic_fetch_add(&plan->hits, 1);
	return refuse(number, a);
}

/* When the handler returns the mask is as it was before; so what is asked for is written there. SIGSYS stays open. */
static long change_mask(ucontext_t *context, const long a[6])
{
	uint64_t *mask = (uint64_t *)&context->uc_sigmask, old = *mask;
	const uint64_t *set = (const uint64_t *)a[1]; /* NOLINT(performance-no-int-to-ptr) */
	uint64_t *ret_old = (uint64_t *)a[2]; /* NOLINT(performance-no-int-to-ptr) */

	if (set)
		*mask = (a[0] == SIG_BLOCK		      ? old | *set
					: a[0] == SIG_UNBLOCK ? old & ~*set
							      : *set) &
			~(1ULL << (SIGSYS - 1));
	if (ret_old)
		*ret_old = old;
	return 0;
}

static void on_call(int signal_number, siginfo_t *info, void *arg)
{
	ucontext_t *context = arg;
	greg_t *r = context->uc_mcontext.gregs;
	const long a[6] = { r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9] };

	(void)signal_number;
	if (info->si_syscall == SYS_rt_sigprocmask)
		r[REG_RAX] = change_mask(context, a);
	else
		r[REG_RAX] = make(info->si_syscall, a);
	if (info->si_syscall == SYS_clone && r[REG_RAX] == 0)
		role++;
}

/* ---- before main() ---- */

struct range {
	uintptr_t begin, end;
};

/* Where libc's code is. */
static int find_libc(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct range *ret = arg;

	(void)size;
	if (!strstr(info->dlpi_name, "/libc.so."))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X)) {
			ret->begin = info->dlpi_addr + p->p_vaddr;
			ret->end = ret->begin + p->p_memsz;
		}
	}
	return 1;
}

/* A thread begins on another stack, where a handler cannot return to; nor may SIGSYS be taken away. */
static bool install_filter(const struct range *libc)
{
#define ARGUMENT(n) offsetof(struct seccomp_data, args[n])
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define GO(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (uint32_t)(value), yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		GO(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(offsetof(struct seccomp_data, instruction_pointer) + 4),
		GO(BPF_JEQ, libc->begin >> 32, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(offsetof(struct seccomp_data, instruction_pointer)),
		GO(BPF_JGE, libc->begin, 0, 1),
		GO(BPF_JGE, libc->end, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(offsetof(struct seccomp_data, nr)),
		GO(BPF_JEQ, SYS_rt_sigreturn, 3, 0),
		GO(BPF_JEQ, SYS_clone3, 2, 0),
		GO(BPF_JEQ, SYS_vfork, 1, 0),
		GO(BPF_JEQ, SYS_exit, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		GO(BPF_JEQ, SYS_clone, 0, 3),
		LOAD(ARGUMENT(0)),
		GO(BPF_JSET, CLONE_VM, 0, 5),
		RETURN(SECCOMP_RET_ALLOW),
		GO(BPF_JEQ, SYS_rt_sigaction, 0, 3),
		LOAD(ARGUMENT(0)),
		GO(BPF_JEQ, SIGSYS, 0, 1),
		RETURN(SECCOMP_RET_ERRNO),
		RETURN(SECCOMP_RET_TRAP),
	};
	const struct sock_fprog program = { .len = sizeof(code) / sizeof(*code), .filter = code };

	if (libc->begin >> 32 != libc->end >> 32 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv(FAULT_PLAN);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	struct sigaction action = { .sa_sigaction = on_call,
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART };
	struct range libc = { 0 };
	void *shared;

	if (fd < 0)
		return;
	shared = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	dl_iterate_phdr(find_libc, &libc);
	if (shared == MAP_FAILED || !libc.begin || sigaction(SIGSYS, &action, NULL) < 0)
		return;
	plan = shared;
	plan->installed = install_filter(&libc);
}

/* ---- libc's, which the lab gets from here ---- */

/* For hosts and processes (world/clone.h). Six arguments are taken, as libc does, however many were given. */
__attribute__((no_sanitize("address"))) long syscall(long number, ...)
{
	va_list list;
	long a[6], result;

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	result = plan ? make(number, a) : raw(number, a);
	if (number == SYS_clone && result == 0)
		role++;
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
}

/* Of the machine's clocks only the one that is not steadily going can be stepped. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	static atomic_uint looks;
	const long a[6] = { clock, (long)ret };
	long result = raw(SYS_clock_gettime, a);

	if (result < 0) {
		errno = (int)-result;
		return -1;
	}
	if (plan && plan->clock && clock == CLOCK_REALTIME) {
		atomic_fetch_add(&plan->hits, 1);
		ret->tv_sec += atomic_fetch_add(&looks, 1) % 2 ? DAY_S : -DAY_S;
	}
	return 0;
}

#else
__attribute__((constructor)) static void begin(void)
{
}
#endif
