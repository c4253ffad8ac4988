/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.c: what boot found out about the machine is right. */

#include <sys/smp.h>
#include <kern/boot.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <test/scenario.h>
#include "abi.h"

HF_SCENARIO(boot_ram, "boot.ram", "BT-14",
    "free RAM lies in RAM, outside the image and the MMIO hole",
    .flags = HF_NEEDS_MMU)
{
	vm_paddr_t last = 0, image, image_end;

	image = (vm_offset_t)hf_text_start - KERNBASE;
	image_end = (vm_offset_t)end - KERNBASE;
	hf_expect_lt(0, realmem);
	for (int i = 0; phys_avail[i + 1] != 0; i += 2) {
		hf_expect_eq(phys_avail[i] % PAGE_SIZE, 0);
		hf_expect_eq(phys_avail[i + 1] % PAGE_SIZE, 0);
		hf_expect_le(last, phys_avail[i]);
		hf_expect_le(phys_avail[i], phys_avail[i + 1]);
		hf_expect(
		    phys_avail[i + 1] <= image || phys_avail[i] >= image_end);
		hf_expect(phys_avail[i + 1] <= HF_MMIO_HOLE_START ||
		    phys_avail[i] >= HF_MMIO_HOLE_END);
		last = phys_avail[i + 1];
	}
	hf_expect(!hf_phys_is_ram(HF_VIRTIO_BASE, 0x1000));
	hf_expect(hf_phys_is_ram(image, 1));
	hf_note("%ld pages of RAM", realmem);
}

HF_SCENARIO(boot_cpus, "boot.cpus", "BT-12",
    "all CPUs that were found run and know their number",
    .flags = HF_NEEDS_SMP | HF_NEEDS_MMU)
{
	int cpu, n = 0;

	CPU_FOREACH (cpu) {
		hf_expect_eq(pcpu_find(cpu)->pc_cpuid, cpu);
		hf_expect(pcpu_find(cpu)->pc_idlethread != NULL);
		n++;
	}
	hf_expect_eq(n, mp_ncpus);
	hf_expect_eq(mp_maxid, mp_ncpus - 1);
	hf_note("%d CPUs", mp_ncpus);
}
