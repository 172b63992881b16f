import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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

    @Test func `a difference of values that mean nothing to a person is told in words, and neither compared nor kept`()
        throws
    {
        var old = TemplateIngredients()
        old.set("helper", "0f3a")
        var new = TemplateIngredients()
        new.set("helper", "77c1", change: "the helper was updated")
        #expect(new.differences(from: old) == ["the helper was updated"])
        #expect(new.differences(from: TemplateIngredients()) == ["the helper was updated"])
        #expect(new.differences(from: new).isEmpty)
        var same = TemplateIngredients()
        same.set("helper", "77c1")
        #expect(same == new && same.hashValue == new.hashValue && same.fingerprint == new.fingerprint)
        let kept = try JSONDecoder().decode(
            [TemplateIngredients.Ingredient].self,
            from: try JSONEncoder().encode(new.list)
        )
        #expect(kept == new.list && kept.first?.change == nil)
    }

    @Test(arguments: ["/usr/bin/qemu", "/a b/1 2 3 4 5 6/qemu missing"])
    func `the program of a QEMU is read back from its ingredient, also when there is none`(path: String) throws {
        let missing = QEMUIngredient(program: FilePath(path))
        #expect(missing.fingerprint == nil && QEMUIngredient(value: missing.value) == missing)
        let there = try #require(QEMUIngredient(value: "\(path) 1 2 3 4.5 6.7"))
        #expect(there.program == FilePath(path) && there.fingerprint == "1 2 3 4.5 6.7")
        for wrong in ["", "missing", "1 2 3 4.5 6.7"] { #expect(QEMUIngredient(value: wrong) == nil, "\(wrong)") }
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
