import WireJSON

/// The smallest guest that shows that an accelerator works: it prints a word on its serial port and exits.
///
/// On x86_64 it is a boot sector, so SeaBIOS has to run first; on aarch64 it is a bare kernel.
///
/// On x86_64 it uses the floating-point unit before it prints. Without the processor's virtualisation, a KVM may
/// emulate what a guest executes outside user mode; it knows the instructions of a boot loader, but neither these nor
/// some of an ordinary kernel.
struct TrialGuest {
    /// Increased when the guest tests more than before, so that earlier results are not used.
    static let version = 2

    /// What the guest prints.
    static let word = "quiver"

    let architecture: GuestArchitecture

    /// The image that QEMU boots.
    var image: [UInt8] {
        switch architecture {
        case .x86_64:
            // SeaBIOS invents cylinders and heads for a disk, and boots from none that is smaller than a few of them.
            Self.bootSector + [UInt8](repeating: 0, count: 510 - Self.bootSector.count) + [0x55, 0xAA]
                + [UInt8](repeating: 0, count: (1 << 20) - 512)
        case .aarch64:
            Self.kernel
        }
    }

    /// QEMU's arguments to run the image, apart from the accelerator and the processor.
    func arguments(image path: String) -> [String] {
        var arguments = QEMUArguments()
        arguments.add("nodefaults")
        arguments.add("no-user-config")
        arguments.add("display", "none")
        arguments.add("m", "64")
        arguments.add("serial", "stdio")
        switch architecture {
        case .x86_64:
            arguments.add("machine", "q35")
            arguments.add(
                "blockdev",
                json: [
                    "driver": "raw", "node-name": "disk0", "read-only": true,
                    "file": ["driver": "file", "filename": .string(path), "read-only": true],
                ],
            )
            arguments.add("device", json: ["driver": "virtio-blk-pci", "drive": "disk0", "bootindex": 1])
            arguments.add("device", json: ["driver": "isa-debug-exit", "iobase": 0xF4, "iosize": 1])
        case .aarch64:
            arguments.add("machine", "virt")
            arguments.add("kernel", path)
        }
        return arguments.list
    }

    // 7c00: xor ax,ax; mov ds,ax
    //       fninit; fld1; fadd st,st; fistp word [sum]; cmp byte [sum],2; jne end
    //       mov si,word                                        point at the word
    // next: lodsb; test al,al; jz end; mov bl,al
    // wait: mov dx,0x3fd; in al,dx; test al,0x20; jz wait; mov dx,0x3f8; mov al,bl; out dx,al; jmp next
    // end:  mov al,0x31; mov dx,0xf4; out dx,al; hlt; jmp $-1   end QEMU through isa-debug-exit
    // word: "quiver\n"
    // sum:  two bytes
    private static let bootSector: [UInt8] = [
        0x31, 0xC0, 0x8E, 0xD8, 0xDB, 0xE3, 0xD9, 0xE8, 0xD8, 0xC0, 0xDF, 0x1E, 0x40, 0x7C, 0x80, 0x3E,
        0x40, 0x7C, 0x02, 0x75, 0x1A, 0xBE, 0x38, 0x7C, 0xAC, 0x84, 0xC0, 0x74, 0x12, 0x88, 0xC3, 0xBA,
        0xFD, 0x03, 0xEC, 0xA8, 0x20, 0x74, 0xF8, 0xBA, 0xF8, 0x03, 0x88, 0xD8, 0xEE, 0xEB, 0xE9, 0xB0,
        0x31, 0xBA, 0xF4, 0x00, 0xEE, 0xF4, 0xEB, 0xFD, 0x71, 0x75, 0x69, 0x76, 0x65, 0x72, 0x0A, 0x00,
        0x00, 0x00,
    ]

    // mov x1,#0x09000000; adr x2,word                      the serial port of `virt`
    // next: ldrb w0,[x2],#1; cbz w0,end
    // wait: ldr w3,[x1,#0x18]; tbnz w3,#5,wait; str w0,[x1]; b next
    // end:  mov x0,#0x84000008; hvc #0; wfi; b .-4         PSCI's SYSTEM_OFF
    // word: "quiver\n"
    private static let kernel: [UInt8] = [
        0x01, 0x20, 0xA1, 0xD2, 0x82, 0x01, 0x00, 0x10, 0x40, 0x14, 0x40, 0x38, 0xA0, 0x00, 0x00, 0x34,
        0x23, 0x18, 0x40, 0xB9, 0xE3, 0xFF, 0x2F, 0x37, 0x20, 0x00, 0x00, 0xB9, 0xFB, 0xFF, 0xFF, 0x17,
        0x00, 0x01, 0x80, 0xD2, 0x00, 0x80, 0xB0, 0xF2, 0x02, 0x00, 0x00, 0xD4, 0x7F, 0x20, 0x03, 0xD5,
        0xFF, 0xFF, 0xFF, 0x17, 0x71, 0x75, 0x69, 0x76, 0x65, 0x72, 0x0A, 0x00,
    ]
}
