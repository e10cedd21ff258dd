print("kc")
