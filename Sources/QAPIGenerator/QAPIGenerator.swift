// QAPIGenerator
