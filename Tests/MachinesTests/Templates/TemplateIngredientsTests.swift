import Quantities
import SystemPackage
import Testing

@testable import Machines

@Suite struct TemplateIngredientsTests {
    private func ingredients(_ pairs: [(String, String)]) -> TemplateIngredients {
        var ingredients = TemplateIngredients()
        for (name, value) in pairs { ingredients.set(name, value) }
        return ingredients
    }

    @Test func `the same ingredients have the same fingerprint, any difference another`() {
        let base = ingredients([("image", "debian"), ("memory", "1G")])
        #expect(base.fingerprint == ingredients([("image", "debian"), ("memory", "1G")]).fingerprint)
        for other in [
            [("image", "debian"), ("memory", "2G")], [("image", "debianmemory"), ("", "1G")], [("image", "debian")],
            [("imaged", "ebian"), ("memory", "1G")],
        ] {
            #expect(base.fingerprint != ingredients(other).fingerprint)
        }
    }

    @Test func `a difference says what was and what is`() {
        let old = ingredients([("QEMU", "7.2"), ("processor", "qemu64"), ("gone", "x")])
        let new = ingredients([("QEMU", "7.2"), ("processor", "max"), ("new", "y")])
        #expect(
            new.differences(from: old) == [
                "processor: was qemu64, is max", "new: is y, was not there", "gone: was x, is not there",
            ]
        )
        #expect(new.differences(from: new).isEmpty)
    }

    @Test func `everything that the guest sees of its machine is an ingredient`() {
        let qemu = QEMUInstallation(architecture: .x86_64, program: "/usr/bin/qemu-system-x86_64")
        let base = MachineDescription(architecture: .x86_64)
        let changes: [(inout MachineDescription) -> Void] = [
            { $0.machineType = "pc-q35-7.2" }, { $0.processor = "qemu64" }, { $0.processorCount = 5 },
            { $0.memory = .mebibytes(512) }, { $0.firmware = .uefi }, { $0.channels = [.helper] },
            { $0.hasScreen = true }, { $0.hotPlugSlots = 2 }, { $0.networks = [UserNetwork()] },
            { $0.drives = [.seed("/seed")] }, { $0.extraArguments = ["-s"] },
        ]
        func fingerprint(_ description: MachineDescription, _ accelerator: Accelerator = .tcg) -> String {
            TemplateIngredients(of: description, qemu: qemu, accelerator: accelerator).fingerprint
        }
        var seen: Set<String> = [fingerprint(base), fingerprint(base, .kvm)]
        for change in changes {
            var changed = base
            change(&changed)
            #expect(seen.insert(fingerprint(changed)).inserted)
        }
    }
}
