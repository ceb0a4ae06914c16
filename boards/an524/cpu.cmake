# How code for this board's CPU is generated: Cortex-M33 with DSP, no FPU. Included at the top so that every library gets it.
set(HF_CPU_OPTIONS -mcpu=cortex-m33 -mthumb -mfloat-abi=soft)
add_compile_options(${HF_CPU_OPTIONS} -Os -ffreestanding -ffunction-sections -fdata-sections)
add_link_options(${HF_CPU_OPTIONS})
